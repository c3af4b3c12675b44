import { OptionError } from '../../errors';

/** What each byte becomes. Every step is rounded to float32, in the order in which torch takes them. */
export function channelTable(mean: number, std: number): Float32Array {
  if (!Number.isFinite(mean) || !Number.isFinite(std) || std <= 0) {
    throw new OptionError(
      `transform: expected finite means and deviations above 0, received mean ${mean} and std ${std}.`,
    );
  }
  const [mean32, std32] = [Math.fround(mean), Math.fround(std)];
  const table = new Float32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    table[byte] = Math.fround(Math.fround(byte / 255) - mean32) / std32;
  }
  return table;
}
