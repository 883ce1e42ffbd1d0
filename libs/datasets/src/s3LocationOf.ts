import { parseS3Location, S3LocationError, type S3Location } from '@oblique/artifacts';
import { DatasetError } from './imageSet.js';

/**
 * The location of images in S3, reached as the environment of this process says.
 * @throws DatasetError naming the variable that is missing or wrong, and whose environment counts
 */
export function s3LocationOf(address: string): S3Location {
  try {
    return parseS3Location(address, process.env);
  } catch (cause) {
    if (!(cause instanceof S3LocationError)) throw cause;
    throw new DatasetError(
      `${cause.message} What counts is the environment in which the services were started; those of "oblique up" keep it until "oblique down".`,
      { cause },
    );
  }
}
