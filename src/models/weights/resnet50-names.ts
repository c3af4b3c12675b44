import type { ResNetConvolution } from './resnet50-convolutions';

/** How a library names the tensors of a ResNet-50. */
export interface ResNetNaming {
  /** Whose names they are, for messages. */
  readonly library: string;
  /** The name of a convolution's weight. */
  weight(place: ResNetConvolution['place']): string;
  /** What the names of its batch normalization begin with, the dot included. */
  norm(place: ResNetConvolution['place']): string;
  /** The classifier, which features do not need. */
  readonly classifier: readonly string[];
}

const TORCHVISION: ResNetNaming = {
  library: 'torchvision and timm',
  weight: (place) => {
    if (place === 'stem') return 'conv1.weight';
    const [stage, block, part] = place;
    return `layer${stage + 1}.${block}.${part === 'shortcut' ? 'downsample.0' : `conv${part + 1}`}.weight`;
  },
  norm: (place) => {
    if (place === 'stem') return 'bn1.';
    const [stage, block, part] = place;
    return `layer${stage + 1}.${block}.${part === 'shortcut' ? 'downsample.1' : `bn${part + 1}`}.`;
  },
  classifier: ['fc.weight', 'fc.bias'],
};

/** `prefix` is empty for the encoder alone. */
function huggingFace(prefix: string, classifier: readonly string[]): ResNetNaming {
  const unit = (place: ResNetConvolution['place']) => {
    if (place === 'stem') return `${prefix}embedder.embedder.`;
    const [stage, block, part] = place;
    const layer = `${prefix}encoder.stages.${stage}.layers.${block}.`;
    return part === 'shortcut' ? `${layer}shortcut.` : `${layer}layer.${part}.`;
  };
  return {
    library: prefix === '' ? 'Hugging Face without a head' : 'Hugging Face',
    weight: (place) => `${unit(place)}convolution.weight`,
    norm: (place) => `${unit(place)}normalization.`,
    classifier,
  };
}

/** The namings that are known. */
export const RESNET50_NAMINGS: readonly ResNetNaming[] = [
  TORCHVISION,
  huggingFace('resnet.', ['classifier.1.weight', 'classifier.1.bias']),
  huggingFace('', []),
];
