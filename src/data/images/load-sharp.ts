import type Sharp from 'sharp';
import { loadOptional } from '../../load-optional';

let sharp: typeof Sharp | undefined;

/** Loads the optional package sharp once. */
export async function loadSharp(): Promise<typeof Sharp> {
  sharp ??= (await loadOptional<typeof import('sharp')>('sharp', 'to decode images')).default;
  return sharp;
}
