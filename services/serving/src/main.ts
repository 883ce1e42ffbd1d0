import { runService } from '@oblique/service';
import { servingService } from './servingService.js';

await runService(servingService);
