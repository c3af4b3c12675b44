import { DEFAULT_MAX_PIXELS } from '../images/decode-pixels';
import { decodeImageBytes, readImageBytes } from '../images/read-image';
import type { PostSource } from './post-source';

/** Reads the images of posts from files, and decodes them as `readImage` does: what is taken where no source is named. */
export const fileSource: PostSource = {
  // Its head is looked at first: a film of gigabytes under the name of an image is never read whole.
  read: async (path) => (await readImageBytes(path, DEFAULT_MAX_PIXELS)).bytes,
  decode: decodeImageBytes,
};
