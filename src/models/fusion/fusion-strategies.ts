import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { layerNorm, maskedAveragePooling, visionGuidedCrossAttention } from '../../layers';
import { deriveSeed } from '../../random';
import { dense } from '../dense';
import type { FusionSettings, FusionStrategy } from './fusion-strategy';

/** The image asks, the text answers: regions are queries, tokens are keys and values; then the mean over regions. */
export const visionGuided: FusionStrategy = {
  usesText: true,
  usesImage: true,
  fuse({ tokens, paddingMask, regions }, settings) {
    const attended = crossAttend(regions, [tokens, paddingMask], settings);
    return layers
      .globalAveragePooling1d({ name: `${settings.name}/fused` })
      .apply(attended) as SymbolicTensor;
  },
};

/** The text asks, the image answers: tokens are queries, regions are keys and values; then the mean over real tokens. */
export const textGuided: FusionStrategy = {
  usesText: true,
  usesImage: true,
  fuse({ tokens, paddingMask, regions }, settings) {
    const attended = crossAttend(tokens, [regions], settings);
    return maskedAveragePooling({ name: `${settings.name}/fused` }).apply([
      attended,
      paddingMask,
    ]) as SymbolicTensor;
  },
};

/** No attention: both streams are averaged, joined and projected. */
export const concat: FusionStrategy = {
  usesText: true,
  usesImage: true,
  fuse({ tokens, paddingMask, regions }, { name, dim, seed }) {
    const text = maskedAveragePooling({ name: `${name}/text_mean` }).apply([tokens, paddingMask]);
    const image = layers.globalAveragePooling1d({ name: `${name}/image_mean` }).apply(regions);
    const joined = layers.concatenate({ name: `${name}/joined` }).apply([text, image] as SymbolicTensor[]);
    const fused = dense({ name: `${name}/fused`, units: dim, activation: 'relu', seed });
    return fused.apply(joined as SymbolicTensor) as SymbolicTensor;
  },
};

/** The mean over real tokens; the image is not read. */
export const textOnly: FusionStrategy = {
  usesText: true,
  usesImage: false,
  fuse({ tokens, paddingMask }, { name }) {
    return maskedAveragePooling({ name: `${name}/fused` }).apply([tokens, paddingMask]) as SymbolicTensor;
  },
};

/** The mean over regions; the text is not read. */
export const imageOnly: FusionStrategy = {
  usesText: false,
  usesImage: true,
  fuse({ regions }, { name }) {
    return layers.globalAveragePooling1d({ name: `${name}/fused` }).apply(regions) as SymbolicTensor;
  },
};

/** Every fusion strategy by name. To add one: write its file, name it here. */
export const fusionStrategies = {
  'vision-guided': visionGuided,
  'text-guided': textGuided,
  concat,
  'text-only': textOnly,
  'image-only': imageOnly,
} as const satisfies Readonly<Record<string, FusionStrategy>>;

/**
 * LayerNorm(query + attention), or LayerNorm(attention) without the residual.
 *
 * @param query [batch, queries, dim]
 * @param context [batch, keys, dim], with its padding mask [batch, keys] if it has padding
 * @returns [batch, queries, dim]
 */
export function crossAttend(
  query: SymbolicTensor,
  context: readonly SymbolicTensor[],
  { name, numHeads, residual, dropout, seed }: FusionSettings,
): SymbolicTensor {
  const attention = visionGuidedCrossAttention({
    name: `${name}/attention`,
    numHeads,
    dropout,
    seed: deriveSeed(seed, 'attention'),
  }).apply([query, ...context]) as SymbolicTensor;
  const sum = residual
    ? (layers.add({ name: `${name}/residual` }).apply([query, attention]) as SymbolicTensor)
    : attention;
  return layerNorm({ name: `${name}/norm`, epsilon: 1e-5 }).apply(sum) as SymbolicTensor;
}
