export { type RestartEvent, type ServiceState } from './childService.js';
export {
  LaunchError,
  localPrograms,
  type ServiceName,
  type ServiceProgram,
  SERVICES,
} from './servicePrograms.js';
export { type LaunchedServices, type LaunchOptions, startServices } from './startServices.js';
export { type SupervisorOptions } from './supervisor.js';
export { type SupervisorStatus } from './supervisorRequests.js';
export {
  defaultHome,
  findRunning,
  type RunningServices,
  startDetached,
  stopRunning,
} from './localServices.js';
