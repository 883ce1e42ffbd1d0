import { supervise, type SupervisorMessage, type SupervisorOptions } from './supervisor.js';

// Written by startDetached of this package.
const options = JSON.parse(process.argv[2] ?? '') as SupervisorOptions;

// Until the services run, whoever started this one waits for them; without it, they are not wanted.
const abandon = (): void => process.exit(1);
process.once('disconnect', abandon);

let message: SupervisorMessage;
try {
  message = { ready: await supervise(options) };
} catch (error) {
  message = { error: error instanceof Error ? error.message : String(error) };
}
process.off('disconnect', abandon);
process.send?.(message, () => {
  if ('error' in message) process.exit(1);
  process.disconnect();
});
