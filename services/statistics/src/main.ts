import { runService } from '@oblique/service';
import { statisticsService } from './statisticsService.js';

await runService(statisticsService);
