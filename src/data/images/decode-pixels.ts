import type Sharp from 'sharp';
import { OptionError } from '../../errors';
import { loadOptional } from '../../load-optional';
import type { RgbImage } from './rgb-image';

/**
 * Decodes an image's bytes to upright RGB at full size.
 *
 * Sharp does nothing here but decode and turn: it applies no colour profile and no shrinking, and it is not asked to lay
 * transparency on white or to convert CMYK, because its arithmetic for both differs from Pillow's.
 *
 * @throws sharp's error, also for what its decoders only warn about.
 */
export async function decodePixels(
  sharp: typeof Sharp,
  bytes: Uint8Array,
  { isCmyk, maxPixels }: { readonly isCmyk: boolean; readonly maxPixels: number },
): Promise<RgbImage> {
  let pipeline = sharp(bytes, {
    ignoreIcc: true,
    failOn: 'warning',
    limitInputPixels: maxPixels,
  }).autoOrient();
  if (isCmyk) pipeline = pipeline.pipelineColourspace('cmyk').toColourspace('cmyk');
  const { data: raw, info } = await pipeline.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pixels = new Uint8Array(raw.buffer, raw.byteOffset, raw.length);
  const data = channels === 3 ? pixels : (isCmyk ? cmykToRgb : layOnWhite)(pixels, channels);
  return { data, width, height };
}

/** x / 255, rounded, for x up to 65,535: Blinn 1995, "Three wrongs make a right". */
const divide255 = (x: number) => ((x + 128 + ((x + 128) >> 8)) >> 8) | 0;

/** Colour times what black leaves; each rounded to 8 bits, as Pillow's `convert('RGB')` does. */
function cmykToRgb(cmyk: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / channels) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += channels, to += 3) {
    const light = 255 - (cmyk[from + 3] as number);
    for (let channel = 0; channel < 3; channel++) {
      rgb[to + channel] = light - divide255((cmyk[from + channel] as number) * light);
    }
  }
  return rgb;
}

/** The `over` operator on opaque white, with seven extra bits of precision: equal to Pillow's `alpha_composite`. */
function layOnWhite(pixels: Uint8Array, channels: number): Uint8Array {
  const colours = channels < 3 ? 1 : 3;
  const hasAlpha = channels !== colours;
  const rgb = new Uint8Array((pixels.length / channels) * 3);
  for (let from = 0, to = 0; from < pixels.length; from += channels, to += 3) {
    const alpha = hasAlpha ? (pixels[from + colours] as number) : 255;
    for (let channel = 0; channel < 3; channel++) {
      const colour = pixels[from + (colours === 1 ? 0 : channel)] as number;
      const sum = (colour * alpha + 255 * (255 - alpha)) * 128 + 0x4000;
      rgb[to + channel] = (sum + (sum >> 8)) >> 15;
    }
  }
  return rgb;
}

let sharp: typeof Sharp | undefined;

/** Loads the optional package sharp once. */
export async function loadSharp(): Promise<typeof Sharp> {
  sharp ??= (await loadOptional<typeof import('sharp')>('sharp', 'to decode images')).default;
  return sharp;
}

/** The most pixels that an image may have where the caller says nothing: 300 MB once decoded. */
export const DEFAULT_MAX_PIXELS = 100_000_000;

/** @throws {@link OptionError} unless the limit is a positive whole number. */
export function checkMaxPixels(maxPixels: number): void {
  if (!Number.isSafeInteger(maxPixels) || maxPixels < 1) {
    throw new OptionError(`maxPixels: expected a positive whole number of pixels, received ${maxPixels}.`);
  }
}
