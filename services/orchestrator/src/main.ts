import { runService } from '@oblique/service';
import { orchestratorService } from './orchestratorService.js';

await runService(orchestratorService);
