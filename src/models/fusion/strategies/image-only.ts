import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { FusionStrategy } from '../fusion-strategy';

/** The mean over regions; the text is not read. */
export const imageOnly: FusionStrategy = {
  usesText: false,
  usesImage: true,
  fuse({ regions }, { name }) {
    return layers.globalAveragePooling1d({ name: `${name}/fused` }).apply(regions) as SymbolicTensor;
  },
};
