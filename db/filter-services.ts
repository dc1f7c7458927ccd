/**
 * Services by their name, for `service:NAME` in a filter: the domains their own clients and pages use. From
 * what each of them publishes for administrators of networks (help pages, allow lists) and from the names
 * their applications ask for; collected for this house in November 2026. A domain stands for all below it.
 * What is shared with others (content networks, sign-in of Google or Apple) is left out on purpose: blocking
 * it would take more away than the service.
 */
export const SERVICES: Readonly<Record<string, readonly string[]>> = {
  chatgpt: ['chatgpt.com', 'openai.com', 'oaistatic.com', 'oaiusercontent.com'],
  dailymotion: ['dailymotion.com', 'dm-event.net', 'dmcdn.net', 'dai.ly'],
  discord: ['discord.com', 'discord.gg', 'discord.media', 'discordapp.com', 'discordapp.net'],
  disneyplus: ['disneyplus.com', 'disney-plus.net', 'dssott.com', 'bamgrid.com', 'dssedge.com'],
  facebook: [
    'facebook.com',
    'facebook.net',
    'fb.com',
    'fb.me',
    'fbcdn.net',
    'fbsbx.com',
    'fb.watch',
  ],
  fortnite: ['fortnite.com', 'epicgames.com', 'epicgames.dev', 'unrealengine.com'],
  instagram: ['instagram.com', 'cdninstagram.com', 'ig.me', 'threads.net', 'threads.com'],
  linkedin: ['linkedin.com', 'licdn.com', 'lnkd.in'],
  messenger: ['messenger.com', 'm.me'],
  minecraft: ['minecraft.net', 'mojang.com', 'minecraftservices.com', 'minecraft-services.net'],
  molotov: ['molotov.tv'],
  netflix: [
    ...['netflix.com', 'netflix.net', 'nflxext.com', 'nflximg.com', 'nflximg.net', 'nflxso.net'],
    ...['nflxvideo.net', 'fast.com'],
  ],
  pinterest: ['pinterest.com', 'pinterest.fr', 'pinimg.com', 'pin.it'],
  primevideo: [
    'primevideo.com',
    'amazonvideo.com',
    'aiv-cdn.net',
    'aiv-delivery.net',
    'pv-cdn.net',
  ],
  reddit: ['reddit.com', 'redd.it', 'redditmedia.com', 'redditstatic.com'],
  roblox: ['roblox.com', 'rbxcdn.com', 'rbx.com'],
  signal: ['signal.org', 'whispersystems.org', 'signal.art', 'signal.group'],
  snapchat: ['snapchat.com', 'snap.com', 'sc-cdn.net', 'sc-jpl.com', 'sc-gw.com', 'snapkit.co'],
  soundcloud: ['soundcloud.com', 'sndcdn.com'],
  spotify: ['spotify.com', 'scdn.co', 'spotifycdn.com', 'spotify.link', 'pscdn.co'],
  steam: [
    ...['steampowered.com', 'steamcommunity.com', 'steamcontent.com', 'steamstatic.com'],
    ...['steamserver.net', 'steamusercontent.com', 'steam-chat.com'],
  ],
  telegram: ['telegram.org', 't.me', 'telegram.me', 'telegra.ph', 'telesco.pe', 'tdesktop.com'],
  tiktok: [
    ...[
      'tiktok.com',
      'tiktokv.com',
      'tiktokv.eu',
      'tiktokv.us',
      'tiktokcdn.com',
      'tiktokcdn-us.com',
    ],
    ...['tiktokcdn-eu.com', 'tiktokw.us', 'musical.ly', 'muscdn.com', 'ttwstatic.com'],
  ],
  twitch: ['twitch.tv', 'ttvnw.net', 'jtvnw.net', 'twitchcdn.net', 'twitchsvc.net'],
  whatsapp: ['whatsapp.com', 'whatsapp.net', 'wa.me', 'whatsapp.biz'],
  x: ['x.com', 'twitter.com', 'twimg.com', 't.co', 'twttr.com'],
  youtube: [
    ...['youtube.com', 'youtu.be', 'ytimg.com', 'googlevideo.com', 'youtube-nocookie.com'],
    ...['youtubei.googleapis.com', 'youtube.googleapis.com', 'youtubekids.com', 'yt.be'],
  ],
}

export const SERVICE_NAMES: readonly string[] = Object.keys(SERVICES)
