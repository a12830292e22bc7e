// What the type tests need of a host, so that neither @types/node nor the DOM is in the way.

declare class AbortController {
  abort(): void;
}

declare const console: { log(...args: unknown[]): void };

/** Fails to compile unless both types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
declare function same<A, B>(proof: Same<A, B>): void;
