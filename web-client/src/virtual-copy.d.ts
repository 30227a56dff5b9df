declare module "virtual:copy/client/id" {
  const texts: Record<string, string>;
  export default texts;
}
declare module "virtual:copy/client/en" {
  const texts: Record<string, string>;
  export default texts;
}
declare module "virtual:copy/client-later/id" {
  const texts: Record<string, string>;
  export default texts;
}
declare module "virtual:copy/client-later/en" {
  const texts: Record<string, string>;
  export default texts;
}
declare module "virtual:copy/staff/id" {
  const texts: Record<string, string>;
  export default texts;
}
declare module "virtual:copy/staff/en" {
  const texts: Record<string, string>;
  export default texts;
}
declare module "virtual:copy/version" {
  const version: string;
  export default version;
}
