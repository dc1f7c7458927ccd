declare module 'radius' {
  interface RadiusPackage {
    encode(packet: {
      code: string
      secret: string
      identifier: number
      attributes: Readonly<Record<string, unknown>>
    }): Buffer
    decode(options: { packet: Buffer; secret: string }): {
      code: string
      attributes: Readonly<Record<string, unknown>>
    }
    decode_without_secret(options: { packet: Buffer }): {
      raw_attributes: readonly (readonly [type: number, value: Buffer])[]
    }
    verify_response(options: { request: Buffer; response: Buffer; secret: string }): boolean
  }
  const radius: RadiusPackage
  export = radius
}
