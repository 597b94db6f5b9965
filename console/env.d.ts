/// <reference types="vite/client" />

declare module '*.json?messages' {
  const messages: Record<string, never>;
  export default messages;
}
