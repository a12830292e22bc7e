/** What a call does: answers, or throws an error of this kind. */
export function outcome(fn) {
  try {
    return { answer: fn() };
  } catch (error) {
    return { error: error.code ?? error.constructor.name };
  }
}
