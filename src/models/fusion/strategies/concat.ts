import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { maskedAveragePooling } from '../../../layers';
import { dense } from '../../dense';
import type { FusionStrategy } from '../fusion-strategy';

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
