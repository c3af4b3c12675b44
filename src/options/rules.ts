/** What a value may be: for the checks of a function, and for reading it from a command line. */
export interface Rule {
  /** The end of the sentence "expected it to be ...". */
  readonly expected: string;
  /** Whether a value is right. */
  readonly accepts: (value: unknown) => boolean;
  /** Whether a command line gives a number; else it is text, or no value where `isSwitch`. */
  readonly isNumber?: boolean;
  /** Whether a flag without a value turns it on or off. */
  readonly isSwitch?: boolean;
  /** The values there are, where they can be listed. */
  readonly choices?: readonly string[];
}

/** An integer of at least `least`. */
export const integerFrom = (least: number): Rule => ({
  expected: `an integer of at least ${least}`,
  accepts: (value) => Number.isInteger(value) && (value as number) >= least,
  isNumber: true,
});

/** Any integer that a float64 holds exactly. */
export const INTEGER: Rule = {
  expected: 'an integer',
  accepts: (value) => Number.isSafeInteger(value),
  isNumber: true,
};

/** A finite number above 0. */
export const POSITIVE: Rule = {
  expected: 'a positive number',
  accepts: (value) => typeof value === 'number' && value > 0 && value < Infinity,
  isNumber: true,
};

/** A finite number of at least 0. */
export const AT_LEAST_0: Rule = {
  expected: 'a number of at least 0',
  accepts: (value) => value === 0 || POSITIVE.accepts(value),
  isNumber: true,
};

/** A share that leaves something: a number in [0, 1). */
export const SHARE_BELOW_1: Rule = {
  expected: 'a number in [0, 1)',
  accepts: (value) => typeof value === 'number' && value >= 0 && value < 1,
  isNumber: true,
};

/** A share that may be all: a number in [0, 1]. */
export const SHARE: Rule = {
  expected: 'a number in [0, 1]',
  accepts: (value) => value === 1 || SHARE_BELOW_1.accepts(value),
  isNumber: true,
};

/** True or false. */
export const BOOLEAN: Rule = {
  expected: 'true or false',
  accepts: (value) => typeof value === 'boolean',
  isSwitch: true,
};

/** A text that is not empty. */
export const TEXT: Rule = {
  expected: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};

/** One of some names. */
export const oneOf = (...choices: readonly string[]): Rule => ({
  expected: choices
    .map((choice) => `'${choice}'`)
    .join(', ')
    .replace(/, ([^,]*)$/, ' or $1'),
  accepts: (value) => choices.includes(value as string),
  choices,
});

/** A rule of one's own; `choices` are the values that a command line may give. */
export const rule = (
  expected: string,
  accepts: (value: unknown) => boolean,
  choices?: readonly string[],
): Rule => ({ expected, accepts, ...(choices && { choices }) });
