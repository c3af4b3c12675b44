import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { maskedAveragePooling } from '../../../layers';
import { crossAttend } from '../cross-attend';
import type { FusionStrategy } from '../fusion-strategy';

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
