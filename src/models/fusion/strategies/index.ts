import type { FusionStrategy } from '../fusion-strategy';
import { concat } from './concat';
import { imageOnly } from './image-only';
import { textGuided } from './text-guided';
import { textOnly } from './text-only';
import { visionGuided } from './vision-guided';

/** Every fusion strategy by name. To add one: write its file, name it here. */
export const fusionStrategies = {
  'vision-guided': visionGuided,
  'text-guided': textGuided,
  concat,
  'text-only': textOnly,
  'image-only': imageOnly,
} as const satisfies Readonly<Record<string, FusionStrategy>>;
