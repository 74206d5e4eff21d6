/** CAM-2 before CAM-10. */
export const byName = (a: string, b: string): number => a.localeCompare(b, 'fr', { numeric: true });
