/**
 * Programs that gather the web to train language and picture models, or to feed machines that answer instead of linking.
 * By the names that their operators give them; those that only search, or fetch a preview of a link, are not among them.
 * As of 2026-11. Sources: the operators' own pages on their crawlers, and the list that https://github.com/ai-robots-txt keeps.
 */
const BY_OPERATOR = {
  openAi: ['GPTBot', 'OAI-SearchBot', 'ChatGPT-User', 'ChatGPT Agent'],
  anthropic: ['ClaudeBot', 'Claude-SearchBot', 'Claude-User', 'Claude-Web', 'anthropic-ai'],
  // Wishes beside the search of both, which is another agent.
  google: [
    'Google-Extended',
    'Google-CloudVertexBot',
    'Google-NotebookLM',
    'Gemini-Deep-Research',
    'GoogleOther',
    'GoogleOther-Image',
    'GoogleOther-Video',
    'GoogleAgent-Mariner',
  ],
  apple: ['Applebot-Extended'],
  // Its fetcher of link previews is another.
  meta: ['meta-externalagent', 'meta-externalfetcher', 'meta-webindexer', 'FacebookBot'],
  amazon: ['Amazonbot', 'bedrockbot', 'NovaAct'],
  byteDanceHuaweiZhipuDeepSeek: [
    'Bytespider',
    'TikTokSpider',
    'PanguBot',
    'PetalBot',
    'ChatGLM-Spider',
    'DeepSeekBot',
  ],
  othersThatAnswer: [
    'PerplexityBot',
    'Perplexity-User',
    'MistralAI-User',
    'YouBot',
    'DuckAssistBot',
    'AzureAI-SearchBot',
    'cohere-ai',
    'cohere-training-data-crawler',
    'PhindBot',
    'Andibot',
    'iaskspider',
    'TavilyBot',
    'LinkupBot',
  ],
  // What others train on.
  collections: [
    'CCBot',
    'AI2Bot',
    'Ai2Bot-Dolma',
    'LAIONDownloader',
    'laion-huggingface-processor',
    'img2dataset',
    'Diffbot',
    'omgili',
    'omgilibot',
    'Webzio-Extended',
    'ImagesiftBot',
    'Timpibot',
    'ICC-Crawler',
    'Kangaroo Bot',
    'SBIntuitionsBot',
    'Cotoyogi',
    'Crawlspace',
    'FirecrawlAgent',
    'Cloudflare-AutoRAG',
    'VelenPublicWebCrawler',
    'Brightbot',
    'FriendlyCrawler',
    'Sidetrade indexer bot',
    'Factset_spyderbot',
  ],
} as const

export const AI_CRAWLERS: readonly string[] = Object.values(BY_OPERATOR).flat()
