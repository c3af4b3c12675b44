/** One convolution of a ResNet-50 with the batch normalization that follows it. */
export interface ResNetConvolution {
  /** Where it stands: `stem`, or a stage from 0, a block from 0, and a convolution of the block or its shortcut. */
  readonly place: 'stem' | readonly [stage: number, block: number, part: 0 | 1 | 2 | 'shortcut'];
  /** Channels in. */
  readonly inputs: number;
  /** Channels out. */
  readonly outputs: number;
  /** Height and width of the kernel. */
  readonly kernel: 1 | 3 | 7;
  /** Rows and columns from one output to the next. */
  readonly stride: 1 | 2;
}

/** Blocks in each stage: He et al. 2015, table 1, 50 layers. */
export const RESNET50_BLOCKS = [3, 4, 6, 3] as const;

/**
 * The 53 convolutions of ResNet-50 in the order in which they are applied, a shortcut after its block.
 *
 * Version 1.5: a stage halves its map in the 3x3 convolution of its first block, as torchvision, timm and Hugging Face have
 * it; the paper's version 1 does so in the 1x1 before it. Weights have the same names and shapes in both.
 *
 * @see He et al. 2015, "Deep Residual Learning for Image Recognition", table 1 and figure 5
 */
export const RESNET50_CONVOLUTIONS: readonly ResNetConvolution[] = [
  { place: 'stem', inputs: 3, outputs: 64, kernel: 7, stride: 2 },
  ...RESNET50_BLOCKS.flatMap((blocks, stage) =>
    Array.from({ length: blocks }, (_, block) => bottleneck(stage, block)).flat(),
  ),
];

function bottleneck(stage: number, block: number): ResNetConvolution[] {
  const width = 64 * 2 ** stage;
  const outputs = 4 * width;
  const inputs = block > 0 ? outputs : stage === 0 ? 64 : outputs / 2;
  const stride = block === 0 && stage > 0 ? 2 : 1;
  const convolutions: ResNetConvolution[] = [
    { place: [stage, block, 0], inputs, outputs: width, kernel: 1, stride: 1 },
    { place: [stage, block, 1], inputs: width, outputs: width, kernel: 3, stride },
    { place: [stage, block, 2], inputs: width, outputs, kernel: 1, stride: 1 },
  ];
  if (block === 0) convolutions.push({ place: [stage, 0, 'shortcut'], inputs, outputs, kernel: 1, stride });
  return convolutions;
}
