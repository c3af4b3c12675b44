import type { ClassCounts, PostsSummary } from '../posts/posts-summary';
import type { DropReason, LabelRule } from './label-rule';
import type { MvsaVariant } from './labels-file';
import type { EncodingEvidence, TextEncoding } from './text-encoding';

/** How many posts an MVSA data set holds, by which rule, and the data of its charts. */
export interface MvsaSummary extends PostsSummary {
  /** Which data set the labels file announces. */
  readonly variant: MvsaVariant;
  /** How the annotations of a post became its label. */
  readonly labelRule: LabelRule;
  /** Posts without a label under the rule. */
  readonly dropped: number;
  /** The same, by reason. */
  readonly droppedByReason: Readonly<Partial<Record<DropReason, number>>>;
  /** The encoding of the text files. */
  readonly encoding: TextEncoding;
  /** What was decided about the encoding, and why. */
  readonly encodingEvidence: EncodingEvidence;
  /** Posts of each class under every rule, files aside. */
  readonly labelRules: Readonly<Record<LabelRule, ClassCounts>>;
  /** Rows of the labels file by labels: [3, 3], rows the text's label, columns the image's, in class order. */
  readonly labelAgreement: readonly (readonly number[])[];
}
