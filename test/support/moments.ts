/**
 * How many moments a process is killed at: all of them with `FAULTS=1`, as CI does, else a fifth, which finds what happens often.
 *
 * @param all with `FAULTS=1`
 */
export const moments = (all: number) => (process.env.FAULTS === '1' ? all : Math.ceil(all / 5));
