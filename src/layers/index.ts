/**
 * {@link VisionGuidedCrossAttention} and the layers around it: tfjs layers like any other, in Node and in browsers.
 * Importing this entry registers them, so that `tf.loadLayersModel` knows them.
 *
 * @module mvsa-fusion/layers
 */

export type { VisionGuidedCrossAttentionArgs, WeightOptions } from './attention-args';
export { EmbeddingBag, type EmbeddingBagArgs, embeddingBag } from './embedding-bag';
export { FirstPosition, firstPosition } from './first-position';
export { ImagePatches, type ImagePatchesArgs, imagePatches } from './image-patches';
export { LayerNorm, type LayerNormArgs, layerNorm } from './layer-norm';
export { MaskedAveragePooling, maskedAveragePooling } from './masked-average-pooling';
export { ModalityStandIns, type ModalityStandInsArgs, modalityStandIns } from './modality-stand-ins';
export { PositionEmbedding, type PositionEmbeddingArgs, positionEmbedding } from './position-embedding';
export { SeededDropout, type SeededDropoutArgs, seededDropout } from './seeded-dropout';
export { VisionGuidedCrossAttention, visionGuidedCrossAttention } from './vision-guided-cross-attention';
