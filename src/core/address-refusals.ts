/** What gt says of addresses that lead nowhere. The form of each is told in refusals.ts. */
export const ADDRESS_REFUSALS = {
  ADDRESS_UNKNOWN: { says: 'There is nobody at the address `{address}`.', try: '{hint}', exit: 3 },
  MACHINE_UNKNOWN: {
    says: 'There is no other machine in this town yet: `{machine}` cannot be written to.',
    try: 'Leave it out, or name this one: `{here}`.',
    exit: 3,
  },
} as const;
