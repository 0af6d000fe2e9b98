// Every name that GGUF files carry in `tokenizer.ggml.pre`, and its rules. The expressions are
// those of the models' own tokenizer.json files. Names that the models' publishers share have one
// row each all the same: what differs is in the flags.
#include "tokenizer/pre_tokenizer.h"

namespace lar::tokenizer {
namespace {

// Fragments of expressions.
constexpr std::string_view kContraction = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
constexpr std::string_view kWord = R"(|[^\r\n\p{L}\p{N}]?\p{L}+)";
constexpr std::string_view kOneNumber = R"(|\p{N})";
constexpr std::string_view kThreeNumbers = R"(|\p{N}{1,3})";
constexpr std::string_view kPunctuation = R"(| ?[^\s\p{L}\p{N}]+[\r\n]*)";
constexpr std::string_view kPunctuationSlash = R"(| ?[^\s\p{L}\p{N}]+[\r\n/]*)";
constexpr std::string_view kBreaks = R"(|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kBreak = R"(|\s*[\r\n]|\s+(?!\S)|\s+)";
// Words of mixed case: one that ends in small letters, or else one that begins with capitals.
constexpr std::string_view kSmallEnd =
    R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)";
constexpr std::string_view kLargeStart =
    R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)";

template <class... Parts>
constexpr SplitRule pattern(Parts... parts) {
  return {.kind = SplitKind::kPattern, .parts = {std::string_view(parts)...}};
}
constexpr SplitRule builtin(SplitKind kind) {
  return {.kind = kind};
}

using Rules = std::array<SplitRule, PreTokenizerRow::kMaxRules>;

constexpr SplitRule kGpt2 =
    pattern(R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)");
constexpr SplitRule kNumber = pattern(R"(\p{N})");
constexpr SplitRule kNumbers = pattern(R"(\p{N}+)");
constexpr SplitRule kNumbersOf3 = pattern(R"(\p{N}{1,3})");
constexpr SplitRule kThreeDigits = pattern("[0-9][0-9][0-9]");
constexpr SplitRule kLines = pattern(R"([^\n]+|\n+)");
constexpr SplitRule kLineBreak = pattern(R"([\r\n])");
constexpr SplitRule kCjk = pattern(R"([\x{4E00}-\x{9FA5}\x{800}-\x{4E00}\x{AC00}-\x{D7FF}]+)");
constexpr SplitRule kHanKana = pattern(R"([\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+)");
constexpr SplitRule kSentence =
    pattern(R"( ?[^(\s|.,!?\x{2026}\x{3002}\x{FF0C}\x{3001}\x{964}\x{6D4}\x{60C})]+)");
constexpr SplitRule kLlama3 = pattern(kContraction, kWord, kThreeNumbers, kPunctuation, kBreaks);
constexpr SplitRule kQwen2 = pattern(kContraction, kWord, kOneNumber, kPunctuation, kBreaks);
constexpr SplitRule kGpt4o = pattern(kSmallEnd,
                                     kContraction,
                                     "?",
                                     kLargeStart,
                                     kContraction,
                                     "?",
                                     kThreeNumbers,
                                     kPunctuationSlash,
                                     kBreaks);
constexpr SplitRule kAsciiWords =
    pattern(R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+)"
            R"(|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*)",
            kBreaks);

constexpr Rules kDefaultRules = {pattern(R"([\p{P}$+<=>\^~|]+)"), kGpt2, kNumbers, kThreeDigits};
constexpr Rules kGpt2Rules = {kGpt2};
constexpr Rules kDigitGpt2Rules = {kNumber, kGpt2};
constexpr Rules kLlama3Rules = {kLlama3};
constexpr Rules kQwen2Rules = {kQwen2};
constexpr Rules kGpt4oRules = {kGpt4o};
constexpr Rules kLineRules = {kLines};
constexpr Rules kDeepseek3Rules = {kNumbersOf3, kHanKana, kAsciiWords};
constexpr Rules kSentenceRules = {kSentence};
constexpr Rules kFalconRules = {pattern(R"([\p{P}$+<=>\^~|`]+)"), kGpt2, kThreeDigits};

// The letters of alphabets with cases, as the model's publishers list them.
constexpr Rules kDeepseekLlmRules = {
    kLineBreak,
    pattern(
        R"(\s?[)"
        R"(A-Za-z\x{B5}\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{1BA}\x{1BC}-\x{1BF}\x{1C4}-\x{293})"
        R"(\x{295}-\x{2AF}\x{370}-\x{373}\x{376}\x{377}\x{37B}-\x{37D}\x{37F}\x{386}\x{388}-)"
        R"(\x{38A}\x{38C}\x{38E}-\x{3A1}\x{3A3}-\x{3F5}\x{3F7}-\x{481}\x{48A}-\x{52F}\x{531}-)"
        R"(\x{556}\x{10A0}-\x{10C5}\x{13A0}-\x{13F5}\x{13F8}-\x{13FD}\x{1C90}-\x{1CBA}\x{1CBD}-)"
        R"(\x{1CBF}\x{1D00}-\x{1D2B}\x{1D6B}-\x{1D77}\x{1D79}-\x{1D9A}\x{1E00}-\x{1F15}\x{1F18})"
        R"(-\x{1F1D}\x{1F20}-\x{1F45}\x{1F48}-\x{1F4D}\x{1F50}-\x{1F57}\x{1F59}\x{1F5B}\x{1F5D})"
        R"(\x{1F5F}-\x{1F7D}\x{1F80}-\x{1FB4}\x{1FB6}-\x{1FBC}\x{1FBE}\x{1FC2}-\x{1FC4}\x{1FC6})"
        R"(-\x{1FCC}\x{1FD0}-\x{1FD3}\x{1FD6}-\x{1FDB}\x{1FE0}-\x{1FEC}\x{1FF2}-\x{1FF4})"
        R"(\x{1FF6}-\x{1FFC}\x{2102}\x{2107}\x{210A}-\x{2113}\x{2115}\x{2119}-\x{211D}\x{2124})"
        R"(\x{2126}\x{2128}\x{212A}-\x{212D}\x{212F}-\x{2134}\x{2139}\x{213C}-\x{213F}\x{2145}-)"
        R"(\x{2149}\x{214E}\x{2183}\x{2184}\x{2C00}-\x{2C7B}\x{2C7E}-\x{2CE4}\x{2CEB}-\x{2CEE})"
        R"(\x{2CF2}\x{2CF3}\x{A640}-\x{A66D}\x{A680}-\x{A69B}\x{A722}-\x{A76F}\x{A771}-\x{A787})"
        R"(\x{A78B}-\x{A78E}\x{AB70}-\x{ABBF}\x{FB00}-\x{FB06}\x{FB13}-\x{FB17}\x{FF21}-)"
        R"(\x{FF3A}\x{FF41}-\x{FF5A}\x{10400}-\x{1044F}\x{104B0}-\x{104D3}\x{104D8}-\x{104FB})"
        R"(\x{10C80}-\x{10CB2}\x{10CC0}-\x{10CF2}\x{118A0}-\x{118DF}\x{1E900}-\x{1E943})"
        R"(]+)"),
    pattern(R"(\s?[!-/:-~\x{FF01}-\x{FF0F}\x{FF1A}-\x{FF5E}\x{2018}-\x{201F}\x{3000}-\x{3002}]+)"),
    builtin(SplitKind::kTrailingSpace),
    kCjk,
    kNumbers};
constexpr Rules kDeepseekCoderRules = {kLineBreak, pattern(R"(\s?\p{L}+)"), pattern(R"(\s?\p{P}+)"),
                                       kCjk, kNumber};

constexpr Rules kQwen35Rules = {
    pattern(kContraction,
            R"(|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*)",
            kBreaks)};
constexpr Rules kTekkenRules = {
    pattern(kSmallEnd, kLargeStart, kOneNumber, kPunctuationSlash, kBreaks)};
constexpr Rules kKimiRules = {
    pattern(R"(\p{Han}+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*)"
            R"([\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+)",
            kContraction,
            "?",
            R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]+)"
            R"([\p{Ll}\p{Lm}\p{Lo}\p{M}&&[^\p{Han}]]*)",
            kContraction,
            "?",
            kThreeNumbers,
            kPunctuation,
            kBreaks)};
constexpr Rules kYoutuRules = {
    pattern(R"([\x{AC00}-\x{D7A3}\x{3131}-\x{318E}]+)"
            R"(|[\x{FF01}\x{2026}\x{201C}\x{201D}\x{2018}\x{2019}\x{2014}\x{FF1A}\x{FF1B}\x{FF0C})"
            R"(\x{3001}-\x{303F}\x{FE30}-\x{FE4F}]+|[\x{3105}-\x{312F}]+)"
            R"(|[\x{4E00}-\x{9FA5}\x{3040}-\x{309F}\x{30A0}-\x{30FF}]+)"),
    pattern(kSmallEnd,
            kContraction,
            "?",
            kLargeStart,
            kContraction,
            "?",
            kOneNumber,
            kPunctuationSlash,
            kBreaks)};
constexpr Rules kAfmoeRules = {
    builtin(SplitKind::kDigitGroups),
    pattern(R"([\x{4E00}-\x{9FFF}\x{3040}-\x{309F}\x{30A0}-\x{30FF}\x{3400}-\x{4DBF})"
            R"(\x{F900}-\x{FAFF}\x{FF65}-\x{FF9F}\x{2F00}-\x{2FDF}]+|[\x{E00}-\x{E7F}]+)"
            R"(|[\x{E80}-\x{EFF}]+|[\x{1780}-\x{17FF}]+)"
            R"(|[\x{1000}-\x{109F}\x{AA60}-\x{AA7F}\x{A9E0}-\x{A9FF}]+)"
            R"(|[\x{AC00}-\x{D7AF}\x{1100}-\x{11FF}]+)"),
    kAsciiWords};
constexpr Rules kBailingRules = {
    pattern(R"('(?i:[sdmt]|ll|ve|re))", kWord, kOneNumber, kPunctuation, kBreak)};
constexpr Rules kSeedCoderRules = {
    pattern(kContraction, kWord, R"(|\p{N}| ?[^\s\p{L}\p{N}\r\n]+)", kBreaks)};
constexpr Rules kExaoneMoeRules = {
    pattern(kContraction,
            R"(|[^\r\n\p{L}\p{N}]?(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N})"
            R"(| ?[^\s\p{L}\p{N}]+[\r\n/]?)",
            kBreak)};
constexpr Rules kChameleonRules = {
    pattern("<sentinel:[0-9]+>"),       pattern("IMGIMG[ABCDEFGHI]{1,4}Z"),
    pattern(R"([\t\n]|    |  )"),       kNumber,
    pattern(R"([\p{P}!-/:-@\[-`{-~])"), kGpt2};

constexpr PreTokenizerRow kRows[] = {
    {.name = "default", .rules = kDefaultRules},
    {.name = "llama-bpe", .rules = kLlama3Rules, .ignore_merges = true, .add_bos = true},
    {.name = "llama3", .rules = kLlama3Rules, .ignore_merges = true, .add_bos = true},
    {.name = "llama-v3", .rules = kLlama3Rules, .ignore_merges = true, .add_bos = true},
    {.name = "falcon3", .rules = kLlama3Rules, .ignore_merges = true, .add_bos = true},
    {.name = "falcon-h1", .rules = kLlama3Rules, .ignore_merges = true, .add_bos = true},
    {.name = "pixtral", .rules = kLlama3Rules, .ignore_merges = true, .add_bos = true},
    {.name = "midm-2.0", .rules = kLlama3Rules, .ignore_merges = true, .add_bos = true},
    {.name = "lfm2", .rules = kLlama3Rules, .ignore_merges = true, .add_bos = true},
    {.name = "jina-v5-nano", .rules = kLlama3Rules, .ignore_merges = true, .add_bos = true},
    {.name = "dbrx", .rules = kLlama3Rules},
    {.name = "smaug-bpe", .rules = kLlama3Rules},
    {.name = "smaug", .rules = kLlama3Rules},
    {.name = "chatglm-bpe", .rules = kLlama3Rules},
    {.name = "chatglm", .rules = kLlama3Rules},
    {.name = "glm4", .rules = kLlama3Rules},
    {.name = "minicpm5",
     .rules = {kNumbersOf3, pattern(kContraction, kWord, kOneNumber, "+", kPunctuation, kBreaks)},
     .ignore_merges = true},
    {.name = "jais-2", .rules = {kLlama3, builtin(SplitKind::kSpaceCascade)}},
    {.name = "qwen2", .rules = kQwen2Rules},
    {.name = "deepseek-r1-qwen", .rules = kQwen2Rules},
    {.name = "kormo", .rules = kQwen2Rules},
    {.name = "f2llmv2", .rules = kQwen2Rules},
    {.name = "openpangu", .rules = kQwen2Rules},
    {.name = "megrez", .rules = kQwen2Rules},
    {.name = "stablelm2", .rules = kQwen2Rules},
    {.name = "hunyuan", .rules = kQwen2Rules},
    {.name = "solar-open", .rules = kQwen2Rules},
    {.name = "grok-2", .rules = kQwen2Rules},
    {.name = "laguna", .rules = {kLines, kQwen2}},
    {.name = "qwen35", .rules = kQwen35Rules},
    {.name = "deepseek-llm", .rules = kDeepseekLlmRules},
    {.name = "deepseek-coder", .rules = kDeepseekCoderRules},
    {.name = "deepseek-v3", .rules = kDeepseek3Rules},
    {.name = "hunyuan-dense", .rules = kDeepseek3Rules},
    {.name = "joyai-llm", .rules = kDeepseek3Rules},
    {.name = "falcon", .rules = kFalconRules},
    {.name = "gpt-2", .rules = kGpt2Rules},
    {.name = "phi-2", .rules = kGpt2Rules},
    {.name = "jina-es", .rules = kGpt2Rules},
    {.name = "jina-de", .rules = kGpt2Rules},
    {.name = "jina-v2-es", .rules = kGpt2Rules},
    {.name = "jina-v2-de", .rules = kGpt2Rules},
    {.name = "gigachat", .rules = kGpt2Rules},
    {.name = "a.x-4.0", .rules = kGpt2Rules},
    {.name = "mellum", .rules = kGpt2Rules},
    {.name = "modern-bert", .rules = kGpt2Rules},
    {.name = "exaone4", .rules = kGpt2Rules},
    {.name = "mpt", .rules = kGpt2Rules},
    {.name = "olmo", .rules = kGpt2Rules},
    {.name = "jais", .rules = kGpt2Rules},
    {.name = "trillion", .rules = kGpt2Rules},
    {.name = "granite-docling", .rules = kGpt2Rules},
    {.name = "jina-v1-en", .rules = kGpt2Rules, .add_sep = true},
    {.name = "jina-v2-code", .rules = kGpt2Rules, .add_sep = true},
    {.name = "roberta-bpe", .rules = kGpt2Rules, .add_sep = true},
    {.name = "starcoder", .rules = kDigitGpt2Rules},
    {.name = "refact", .rules = kDigitGpt2Rules},
    {.name = "command-r", .rules = kDigitGpt2Rules},
    {.name = "cohere2_moe", .rules = kDigitGpt2Rules},
    {.name = "smollm", .rules = kDigitGpt2Rules},
    {.name = "codeshell", .rules = kDigitGpt2Rules},
    {.name = "exaone", .rules = kDigitGpt2Rules},
    {.name = "minerva-7b", .rules = kDigitGpt2Rules},
    {.name = "mellum2", .rules = kDigitGpt2Rules},
    {.name = "poro-chat", .rules = kSentenceRules},
    {.name = "poro", .rules = kSentenceRules},
    {.name = "bloom", .rules = kSentenceRules},
    {.name = "gpt3-finnish", .rules = kSentenceRules},
    {.name = "viking", .rules = {kSentence, kNumber}},
    {.name = "tekken", .rules = kTekkenRules, .ignore_merges = true, .add_bos = true},
    {.name = "chameleon", .rules = kChameleonRules, .add_bos = true},
    {.name = "gpt-4o", .rules = kGpt4oRules},
    {.name = "llama4", .rules = kGpt4oRules},
    {.name = "kanana2", .rules = kGpt4oRules},
    {.name = "talkie", .rules = kGpt4oRules},
    {.name = "minimax-m2", .rules = kGpt4oRules},
    {.name = "minimax", .rules = kGpt4oRules},
    {.name = "granite-embed-multi-97m", .rules = kGpt4oRules, .ignore_merges = true},
    {.name = "tiny_aya", .rules = {builtin(SplitKind::kNumberGroups), kGpt4o}},
    {.name = "cohere2moe", .rules = {builtin(SplitKind::kNumberGroups), kGpt4o}},
    {.name = "superbpe", .rules = {kNumbers, builtin(SplitKind::kDigitBorders)}},
    {.name = "bailingmoe", .rules = kBailingRules},
    {.name = "bailingmoe2", .rules = kBailingRules},
    {.name = "llada-moe", .rules = kBailingRules},
    {.name = "seed-coder", .rules = kSeedCoderRules},
    {.name = "kimi-k2", .rules = kKimiRules},
    {.name = "youtu", .rules = kYoutuRules, .ignore_merges = true},
    {.name = "afmoe", .rules = kAfmoeRules},
    {.name = "exaone-moe", .rules = kExaoneMoeRules},
    {.name = "gemma4",
     .rules = kLineRules,
     .add_bos = true,
     .raw_text = true,
     .escape_spaces = true,
     .whole_newlines = true},
    {.name = "granite-embed-multi-311m",
     .rules = kLineRules,
     .add_bos = true,
     .raw_text = true,
     .escape_spaces = true,
     .whole_newlines = true},
    {.name = "sarvam-moe", .rules = kLineRules, .raw_text = true, .escape_spaces = true},
    {.name = "whitespace",
     .rules = {pattern(R"(\S+)")},
     .raw_text = true,
     .drop_white_space = true},
};

}  // namespace

std::span<const PreTokenizerRow> pre_tokenizer_rows() {
  return kRows;
}

}  // namespace lar::tokenizer
