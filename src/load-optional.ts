import { DependencyError } from './errors';

/**
 * Loads an optional package when it is first needed.
 *
 * @param packageName the name it is installed under, such as `sharp`
 * @param purpose what it is needed for, as the end of a sentence: `to decode images`
 * @throws {@link DependencyError} when the package is not installed or does not load; the message holds the command to run.
 */
export async function loadOptional<T>(packageName: string, purpose: string): Promise<T> {
  try {
    return (await import(/* @vite-ignore */ packageName)) as T;
  } catch (cause) {
    const { code, message = String(cause) } = cause as { code?: string; message?: string };
    // A package that is there but lacks one of its own dependencies fails with the same code and another name.
    const isAbsent =
      (code === 'ERR_MODULE_NOT_FOUND' && message.includes(`package '${packageName}'`)) ||
      // Vite's word for an optional peer that is not installed.
      message.includes(`Could not resolve "${packageName}"`);
    throw new DependencyError(
      isAbsent
        ? `The optional package "${packageName}" is needed ${purpose}, and it is not installed. Run: npm i ${packageName}`
        : `The optional package "${packageName}" is needed ${purpose}; it is installed but does not load: ${message}\nInstall it again: npm i ${packageName}`,
      { cause },
    );
  }
}
