/** Injection token of `Records`, an interface that leaves no class to inject by. */
export const RECORDS = Symbol('records');
