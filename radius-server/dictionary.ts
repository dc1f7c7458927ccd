/** The numbers in use, under the names the RFCs give them. */

export const CODE = {
  'Access-Request': 1, // RFC 2865 §4.1
  'Access-Accept': 2, // RFC 2865 §4.2
  'Access-Reject': 3, // RFC 2865 §4.3
  'Accounting-Request': 4, // RFC 2866 §4.1
  'Accounting-Response': 5, // RFC 2866 §4.2
  'Access-Challenge': 11, // RFC 2865 §4.4
  'Status-Server': 12, // RFC 5997 §3
  'Disconnect-Request': 40, // RFC 5176 §2.1
  'Disconnect-ACK': 41,
  'Disconnect-NAK': 42,
  'CoA-Request': 43, // RFC 5176 §2.2
  'CoA-ACK': 44,
  'CoA-NAK': 45,
} as const

export const ATTRIBUTE = {
  'User-Name': 1, // RFC 2865 §5.1
  'User-Password': 2, // RFC 2865 §5.2
  'CHAP-Password': 3, // RFC 2865 §5.3
  'NAS-IP-Address': 4, // RFC 2865 §5.4
  'NAS-Port': 5, // RFC 2865 §5.5
  'Service-Type': 6, // RFC 2865 §5.6
  'Framed-IP-Address': 8, // RFC 2865 §5.8
  'Filter-Id': 11, // RFC 2865 §5.11
  'Framed-MTU': 12, // RFC 2865 §5.12
  'Reply-Message': 18, // RFC 2865 §5.18
  State: 24, // RFC 2865 §5.24
  Class: 25, // RFC 2865 §5.25
  'Vendor-Specific': 26, // RFC 2865 §5.26
  'Session-Timeout': 27, // RFC 2865 §5.27
  'Idle-Timeout': 28, // RFC 2865 §5.28
  'Termination-Action': 29, // RFC 2865 §5.29, RFC 3580 §3.17
  'Called-Station-Id': 30, // RFC 2865 §5.30, RFC 3580 §3.20
  'Calling-Station-Id': 31, // RFC 2865 §5.31, RFC 3580 §3.21
  'NAS-Identifier': 32, // RFC 2865 §5.32
  'Proxy-State': 33, // RFC 2865 §5.33
  'Acct-Status-Type': 40, // RFC 2866 §5.1
  'Acct-Delay-Time': 41, // RFC 2866 §5.2
  'Acct-Input-Octets': 42, // RFC 2866 §5.3
  'Acct-Output-Octets': 43, // RFC 2866 §5.4
  'Acct-Session-Id': 44, // RFC 2866 §5.5
  'Acct-Session-Time': 46, // RFC 2866 §5.7
  'Acct-Terminate-Cause': 49, // RFC 2866 §5.10
  'Acct-Input-Gigawords': 52, // RFC 2869 §5.1
  'Acct-Output-Gigawords': 53, // RFC 2869 §5.2
  'Event-Timestamp': 55, // RFC 2869 §5.3
  'Egress-VLANID': 56, // RFC 4675 §2.1
  'Egress-VLAN-Name': 58, // RFC 4675 §2.3
  'CHAP-Challenge': 60, // RFC 2865 §5.40
  'Tunnel-Type': 64, // RFC 2868 §3.1
  'Tunnel-Medium-Type': 65, // RFC 2868 §3.2
  'Tunnel-Password': 69, // RFC 2868 §3.5
  'EAP-Message': 79, // RFC 3579 §3.1
  'Message-Authenticator': 80, // RFC 3579 §3.2
  'Tunnel-Private-Group-Id': 81, // RFC 2868 §3.6
  'Acct-Interim-Interval': 85, // RFC 2869 §5.16
  'Chargeable-User-Identity': 89, // RFC 4372 §2.2
  'NAS-Filter-Rule': 92, // RFC 4849 §2
  'NAS-IPv6-Address': 95, // RFC 3162 §2.1
  'Error-Cause': 101, // RFC 5176 §3.5
  'Framed-IPv6-Prefix': 97, // RFC 3162 §2.3
  'EAP-Key-Name': 102, // RFC 7268 §2.2
  'Operator-Name': 126, // RFC 5580 §4.1
  'Framed-IPv6-Address': 168, // RFC 6911 §3.1
} as const

export type AttributeName = keyof typeof ATTRIBUTE

/** Inside Vendor-Specific of vendor 311. */
export const MICROSOFT = {
  vendor: 311,
  'MS-CHAP-Response': 1, // RFC 2548 §2.1.3
  'MS-CHAP-Error': 2, // RFC 2548 §2.1.5
  'MS-CHAP-Challenge': 11, // RFC 2548 §2.1.2
  'MS-MPPE-Send-Key': 16, // RFC 2548 §2.4.2
  'MS-MPPE-Recv-Key': 17, // RFC 2548 §2.4.3
  'MS-CHAP2-Response': 25, // RFC 2548 §2.3.2
  'MS-CHAP2-Success': 26, // RFC 2548 §2.3.3
} as const

/** Inside Vendor-Specific of vendor 9. */
export const CISCO = { vendor: 9, 'Cisco-AVPair': 1 } as const

/*
 * What replies say to gateways of a make, inside Vendor-Specific. Where each is from stands with its
 * table in dictionary/, what it is used for in policy/vendor-profiles.ts.
 */
export const AIRESPACE = {
  vendor: 14179,
  'Airespace-ACL-Name': 6,
  'Airespace-Data-Bandwidth-Average-Contract': 7,
  'Airespace-Data-Bandwidth-Average-Contract-Upstream': 13,
} as const
export const ARUBA = {
  vendor: 14823,
  'Aruba-User-Role': 1,
  'Aruba-User-Vlan': 2,
  'Aruba-Essid-Name': 5,
  'Aruba-Captive-Portal-URL': 43,
  'Aruba-MPSK-Passphrase': 44,
} as const
export const CHILLISPOT = {
  vendor: 14559,
  'ChilliSpot-Bandwidth-Max-Up': 4,
  'ChilliSpot-Bandwidth-Max-Down': 5,
} as const
export const MIKROTIK = {
  vendor: 14988,
  'Mikrotik-Rate-Limit': 8,
  'Mikrotik-Wireless-PSK': 16,
  'Mikrotik-Wireless-VLANID': 26,
  'Mikrotik-Wireless-VLANIDtype': 27,
} as const
export const RUCKUS = {
  vendor: 25053,
  'Ruckus-User-Groups': 1,
  'Ruckus-SSID': 3,
  'Ruckus-Dpsk': 142,
} as const
export const WISPR = {
  vendor: 14122,
  'WISPr-Redirection-URL': 4,
  'WISPr-Bandwidth-Max-Up': 7,
  'WISPr-Bandwidth-Max-Down': 8,
} as const

export const SERVICE_TYPE = { 'Call-Check': 10 } as const // RFC 2865 §5.6

export const TERMINATION_ACTION = { 'RADIUS-Request': 1 } as const // RFC 2865 §5.29

export const TUNNEL_TYPE = { VLAN: 13 } as const // RFC 3580 §3.31

export const TUNNEL_MEDIUM_TYPE = { 'IEEE-802': 6 } as const // RFC 2868 §3.2

export const ACCT_STATUS_TYPE = {
  Start: 1,
  Stop: 2,
  'Interim-Update': 3,
  'Accounting-On': 7,
  'Accounting-Off': 8,
} as const // RFC 2866 §5.1

/** Names of Error-Cause (RFC 5176 §3.5). */
export const ERROR_CAUSE = {
  'Residual-Session-Context-Removed': 201,
  'Invalid-EAP-Packet': 202,
  'Unsupported-Attribute': 401,
  'Missing-Attribute': 402,
  'NAS-Identification-Mismatch': 403,
  'Invalid-Request': 404,
  'Unsupported-Service': 405,
  'Unsupported-Extension': 406,
  'Invalid-Attribute-Value': 407,
  'Administratively-Prohibited': 501,
  'Request-Not-Routable': 502,
  'Session-Context-Not-Found': 503,
  'Session-Context-Not-Removable': 504,
  'Other-Proxy-Processing-Error': 505,
  'Resources-Unavailable': 506,
  'Request-Initiated': 507,
  'Multiple-Session-Selection-Unsupported': 508,
} as const

/** Names of Acct-Terminate-Cause, at the index of their value (RFC 2866 §5.10, RFC 3580 §2.1). */
export const TERMINATE_CAUSE: readonly (string | undefined)[] = [
  undefined,
  'User-Request',
  'Lost-Carrier',
  'Lost-Service',
  'Idle-Timeout',
  'Session-Timeout',
  'Admin-Reset',
  'Admin-Reboot',
  'Port-Error',
  'NAS-Error',
  'NAS-Request',
  'NAS-Reboot',
  'Port-Unneeded',
  'Port-Preempted',
  'Port-Suspended',
  'Service-Unavailable',
  'Callback',
  'User-Error',
  'Host-Request',
  'Supplicant-Restart',
  'Reauthentication-Failure',
  'Port-Reinitialized',
  'Port-Administratively-Disabled',
]
