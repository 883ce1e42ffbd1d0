export {
  isDigest,
  parseDigest,
  sha256,
  type ArtifactRef,
  type Digest,
  type Manifest,
  type Provenance,
} from './artifact.js';
export type { ArtifactStore, ListedRecord } from './artifactStore.js';
export {
  ArtifactCorruptError,
  ArtifactNotFoundError,
  RecordCorruptError,
  RecordKeyError,
  S3LocationError,
  StoreFullError,
  StoreUnavailableError,
} from './errors.js';
export { canonicalJson, parseJson, type Json } from './json.js';
export { openStore } from './openStore.js';
export { sha256InTurns } from './sha256InTurns.js';
export { parseS3Location, type S3Location } from './s3Location.js';
export { StoreCare, digestsIn, type CareProgress, type Finding, type StoreStatistics } from './storeCare.js';
