import { setFlagsFromString } from 'node:v8';
import { pathToFileURL } from 'node:url';
import { runInNewContext } from 'node:vm';

// A service that collects its garbage when it is told to by SIGUSR2, so that what it holds can be read off from outside:
// collectableService.js <arguments of the service> <its main.js>

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('SIGUSR2', collect);

const script = process.argv.pop();
if (script === undefined) throw new Error('Which service?');
await import(pathToFileURL(script).href);
