import { runService } from '@oblique/service';
import { stimulusService } from './stimulusService.js';

await runService(stimulusService);
