import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { maskedAveragePooling } from '../../../layers';
import type { FusionStrategy } from '../fusion-strategy';

/** The mean over real tokens; the image is not read. */
export const textOnly: FusionStrategy = {
  usesText: true,
  usesImage: false,
  fuse({ tokens, paddingMask }, { name }) {
    return maskedAveragePooling({ name: `${name}/fused` }).apply([tokens, paddingMask]) as SymbolicTensor;
  },
};
