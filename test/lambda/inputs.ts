/** Inputs that the function under test does not just add one to. */
export const INPUT = { fails: 13, failsTwice: 17, waits: 600, endsTheProcess: 666, endsTheProcessOnce: 667 } as const;
