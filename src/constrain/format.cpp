#include "constrain/format.h"

#include "constrain/regex.h"

namespace lar::constrain {
namespace {

// RFC 3339, section 5.6, with the lengths of months and leap years of appendix C.
std::string date() {
  const std::string leap_year =
      R"((?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00))";
  return R"((?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|)"
         R"((?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))|)" +
         leap_year + "-02-29)";
}

// A leap second only where it can be: the last of a UTC day (appendix D).
std::string time() {
  return R"((?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)|)"
         R"(23:59:60(?:\.\d+)?(?:[Zz]|[+-]00:00)))";
}

// RFC 3339, appendix A.
std::string duration() {
  const std::string clock = R"((?:T(?:\d+H(?:\d+M(?:\d+S)?)?|\d+M(?:\d+S)?|\d+S)))";
  const std::string day = R"(\d+D)";
  const std::string month = R"(\d+M(?:)" + day + ")?";
  return R"(P(?:\d+W|(?:\d+Y(?:)" + month + ")?|" + month + "|" + day + ")" + clock + "?|" + clock +
         ")";
}

// RFC 1123, section 2.1; for the whole see format_max_length.
std::string hostname() {
  const std::string label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
  return label + "(?:\\." + label + ")*";
}

std::string ipv4() {
  const std::string octet = R"((?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d))";
  return octet + "(?:\\." + octet + "){3}";
}

// RFC 4291, section 2.2, as RFC 3986 writes it.
std::string ipv6() {
  const std::string h = "[0-9A-Fa-f]{1,4}";
  const std::string tail = "(?:" + h + ":" + h + "|" + ipv4() + ")";
  const auto some = [&](int most) {
    return "(?:(?:" + h + ":){0," + std::to_string(most) + "}" + h + ")?";
  };
  const auto groups = [&](int count) { return "(?:" + h + ":){" + std::to_string(count) + "}"; };
  return "(?:" + groups(6) + tail + "|::" + groups(5) + tail + "|(?:" + h + ")?::" + groups(4) +
         tail + "|" + some(1) + "::" + groups(3) + tail + "|" + some(2) + "::" + groups(2) + tail +
         "|" + some(3) + "::" + groups(1) + tail + "|" + some(4) + "::" + tail + "|" + some(5) +
         "::" + h + "|" + some(6) + "::)";
}

// RFC 5321, section 4.1.2: Mailbox.
std::string email() {
  const std::string atom = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
  return "(?:" + atom + "(?:\\." + atom + R"()*|"(?:[ !#-\[\]-~]|\\[ -~])*")@(?:)" + hostname() +
         "|\\[" + ipv4() + "\\]|\\[IPv6:" + ipv6() + "\\])";
}

// RFC 3986, appendix A; `more` adds the characters of RFC 3987 to the unreserved ones.
struct Uri {
  std::string more;
  std::string pchar_members = R"(A-Za-z0-9._~!$&'()*+,;=:@\-)" + more;
  std::string percent = "%[0-9A-Fa-f]{2}";
  std::string pchar = "(?:[" + pchar_members + "]|" + percent + ")";
  std::string authority =
      "(?:(?:[" + std::string(R"(A-Za-z0-9._~!$&'()*+,;=:\-)") + more + "]|" + percent +
      ")*@)?(?:\\[(?:" + ipv6() + R"(|v[0-9A-Fa-f]+\.[A-Za-z0-9._~!$&'()*+,;=:\-]+)\]|)" + "(?:[" +
      R"(A-Za-z0-9._~!$&'()*+,;=\-)" + more + "]|" + percent + ")*)(?::[0-9]*)?";
  std::string path_abempty = "(?:/" + pchar + "*)*";
  std::string path_absolute = "/(?:" + pchar + "+(?:/" + pchar + "*)*)?";
  std::string path_rootless = pchar + "+(?:/" + pchar + "*)*";
  std::string path_noscheme = "(?:[" + std::string(R"(A-Za-z0-9._~!$&'()*+,;=@\-)") + more + "]|" +
                              percent + ")+(?:/" + pchar + "*)*";
  std::string tail = "(?:\\?(?:" + pchar + "|[/?])*)?(?:#(?:" + pchar + "|[/?])*)?";

  std::string absolute() const {
    return "[A-Za-z][A-Za-z0-9+.\\-]*:(?://" + authority + path_abempty + "|" + path_absolute +
           "|" + path_rootless + "|)" + tail;
  }
  std::string reference() const {
    return "(?:" + absolute() + "|(?://" + authority + path_abempty + "|" + path_absolute + "|" +
           path_noscheme + "|)" + tail + ")";
  }
};

const char* const kIriMembers =
    R"(\u00A0-\uD7FF\uF900-\uFDCF\uFDF0-\uFFEF\u{10000}-\u{1FFFD}\u{20000}-\u{2FFFD})"
    R"(\u{30000}-\u{3FFFD}\u{40000}-\u{4FFFD}\u{50000}-\u{5FFFD}\u{60000}-\u{6FFFD})"
    R"(\u{70000}-\u{7FFFD}\u{80000}-\u{8FFFD}\u{90000}-\u{9FFFD}\u{A0000}-\u{AFFFD})"
    R"(\u{B0000}-\u{BFFFD}\u{C0000}-\u{CFFFD}\u{D0000}-\u{DFFFD}\u{E1000}-\u{EFFFD})";

// RFC 6570, section 2.
std::string uri_template() {
  const std::string varchar = "(?:[A-Za-z0-9_]|%[0-9A-Fa-f]{2})";
  const std::string varname = varchar + "(?:\\.?" + varchar + ")*";
  const std::string spec = varname + R"((?::[1-9]\d{0,3}|\*)?)";
  return R"((?:[!#$&(-;=?-\[\]_a-z~\u00A0-\uD7FF\uE000-\u{10FFFF}]|%[0-9A-Fa-f]{2}|\{[+#./;?&=,!@|]?)" +
         spec + "(?:," + spec + ")*\\})*";
}

const char* const kPointer = "(?:/(?:[^~/]|~[01])*)*";

}  // namespace

std::optional<std::string> format_pattern(std::string_view name) {
  if (name == "date") return date();
  if (name == "time") return time();
  if (name == "date-time") return date() + "[Tt]" + time();
  if (name == "duration") return duration();
  if (name == "hostname" || name == "host-name") return hostname();
  if (name == "email") return email();
  if (name == "ipv4" || name == "ip-address") return ipv4();
  if (name == "ipv6") return ipv6();
  if (name == "uuid") return "[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}";
  if (name == "uri" || name == "url") return Uri{}.absolute();
  if (name == "uri-reference") return Uri{}.reference();
  if (name == "iri") return Uri{.more = kIriMembers}.absolute();
  if (name == "iri-reference") return Uri{.more = kIriMembers}.reference();
  if (name == "uri-template") return uri_template();
  if (name == "json-pointer") return kPointer;
  if (name == "relative-json-pointer") {
    return "(?:0|[1-9]\\d*)(?:#|" + std::string(kPointer) + ")";
  }
  return std::nullopt;
}

Result<Dfa> compile_format(std::string_view name) {
  const auto pattern = format_pattern(name);
  if (!pattern) {
    return fail(Code::kUnsupported, "the format \"" + std::string(name) + "\" is not supported");
  }
  return compile_regex(*pattern, RegexMatch::kWhole);
}

std::optional<uint32_t> format_max_length(std::string_view name) {
  if (name == "hostname" || name == "host-name") return 253;
  return std::nullopt;
}

}  // namespace lar::constrain
