import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { crossAttend } from '../cross-attend';
import type { FusionStrategy } from '../fusion-strategy';

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
