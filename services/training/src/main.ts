import { runService } from '@oblique/service';
import { trainingService } from './trainingService.js';

await runService(trainingService);
