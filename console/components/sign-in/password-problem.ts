/** What a new password lacks, as key of `fieldErrors`; null when it is good. The daemon decides, this only says it earlier (PRODUCT M2). */
export function passwordProblem(password: string): 'required' | 'tooShort' | 'noLetter' | 'noDigit' | null {
  if (!password) return 'required';
  if ([...password].length < 8) return 'tooShort';
  if (!/\p{L}/u.test(password)) return 'noLetter';
  return /\p{N}/u.test(password) ? null : 'noDigit';
}
