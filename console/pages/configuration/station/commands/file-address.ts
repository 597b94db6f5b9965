/** Whether an address has a scheme and no spaces, as a station needs it. */
export const isAddress = (text: string): boolean => /^[A-Za-z]+:\/\/\S+$/.test(text.trim());
