/** A step that failed for a reason its reader can mend; the message says how. */
export class StepError extends Error {}

/** The machine lacks something that a build needs: a program, a registry, a supported system. Exit code 2. */
export class MissingError extends StepError {}
