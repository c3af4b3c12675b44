import { DataError } from '../../errors';
import { kindOf } from '../../options/check-option-names';
import type { RgbImage } from '../images/rgb-image';
import type { Post } from './post';

/**
 * Where the images of posts come from: `fileSource` on Node, or a server, an archive, a map in memory.
 *
 * Whatever reads posts takes one, and no module of Node, so that it runs in browsers too.
 */
export interface PostSource {
  /**
   * The bytes behind an `imagePath`.
   *
   * @throws {@link DataError} when there are none: that post cannot be used
   */
  read(name: string): Promise<Uint8Array>;
  /**
   * Decodes the bytes of an image file to upright RGB at its full size.
   *
   * @param name what messages call it
   * @throws {@link DataError} when they are no whole image
   */
  decode(bytes: Uint8Array, name: string): Promise<RgbImage>;
}

/** The image of a post, read when it is needed. */
export interface ImageContent {
  /** What messages call it. */
  readonly name: string;
  /** What it is made of, for a key of its content. */
  bytes(): Promise<Uint8Array>;
  /** Upright RGB at its full size. */
  decode(): Promise<RgbImage>;
}

/** What answers and messages call a post: its id, or its place in the list. */
export function nameOf(post: unknown, place: number): string {
  const { id } = Object(post) as { readonly id?: unknown };
  return String(isName(id) ? id : place);
}

/** The text of a post; null when it has none but white space. */
export function textOf({ text }: Post): string | null {
  return text === undefined || text === null || text.trim() === '' ? null : text;
}

/** Whether a post has an image. */
export function hasImage({ image, imagePath }: Post): boolean {
  return isGiven(image) || (isGiven(imagePath) && imagePath !== '');
}

/** The image of a post; null when it has none. */
export function imageOf({ image, imagePath }: Post, source: PostSource): ImageContent | null {
  if (isGiven(image)) return contentOf(image, source);
  if (!isGiven(imagePath) || imagePath === '') return null;
  return {
    name: imagePath,
    bytes: () => source.read(imagePath),
    decode: async () => source.decode(await source.read(imagePath), imagePath),
  };
}

function contentOf(image: NonNullable<Post['image']>, source: PostSource): ImageContent {
  if ('width' in image) {
    return { name: 'the image', bytes: async () => pixelBytes(image), decode: async () => image };
  }
  const bytes = async () => (image instanceof Uint8Array ? image : new Uint8Array(await image.arrayBuffer()));
  return { name: 'the image', bytes, decode: async () => source.decode(await bytes(), 'the image') };
}

/** Pixels of another shape are another image. */
function pixelBytes({ data, width, height }: RgbImage): Uint8Array {
  const head = new TextEncoder().encode(`rgb ${width}x${height}\n`);
  const all = new Uint8Array(head.length + data.length);
  all.set(head);
  all.set(data, head.length);
  return all;
}

/**
 * Refuses what is no post: a field of another type would otherwise be read as a missing half.
 *
 * @throws {@link DataError} names the field, what it may be and what was received
 */
export function checkPost(post: unknown): asserts post is Post {
  if (typeof post !== 'object' || post === null || Array.isArray(post))
    throw new DataError(`expected a post { text, imagePath } or { text, image }, received ${kindOf(post)}.`);
  const { id, text, imagePath, image } = post as Readonly<Record<keyof Post, unknown>>;
  if (isGiven(id) && !isName(id))
    throw new DataError(`expected id to be a string or a number, received ${kindOf(id)}.`);
  for (const [name, value] of Object.entries({ text, imagePath })) {
    if (isGiven(value) && typeof value !== 'string')
      throw new DataError(`expected ${name} to be a string, received ${kindOf(value)}.`);
  }
  if (isGiven(image)) checkImage(image);
  if (isGiven(image) && isGiven(imagePath))
    throw new DataError('expected either image or imagePath, received both.');
}

function checkImage(image: unknown): void {
  if (image instanceof Uint8Array || (typeof Blob !== 'undefined' && image instanceof Blob)) return;
  const { data, width, height } = Object(image) as Partial<RgbImage>;
  const isRgb =
    [width, height].every((size) => Number.isSafeInteger(size) && (size as number) > 0) &&
    (data instanceof Uint8Array || (data as unknown) instanceof Uint8ClampedArray) &&
    (data as Uint8Array).length === Number(width) * Number(height) * 3;
  if (isRgb) return;
  throw new DataError(
    `expected image to be the bytes of an image file (Uint8Array), a Blob or { data, width, height } with width * height * 3 bytes ` +
      `(RGB, no alpha), received ${typeof image === 'string' ? 'a string; the path of a file goes into imagePath' : kindOf(image)}.`,
  );
}

const isName = (id: unknown) => ['string', 'number', 'bigint'].includes(typeof id);
const isGiven = <Value>(value: Value): value is NonNullable<Value> => value !== undefined && value !== null;
