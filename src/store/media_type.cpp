#include "store/media_type.h"

#include <array>

namespace lar::store {
namespace {

struct Row {
  LayerKind kind;
  std::string_view type;
};

constexpr std::array kTypes = {
    Row{LayerKind::kModel, "application/vnd.ollama.image.model"},
    Row{LayerKind::kProjector, "application/vnd.ollama.image.projector"},
    Row{LayerKind::kAdapter, "application/vnd.ollama.image.adapter"},
    Row{LayerKind::kDraft, "application/vnd.ollama.image.draft"},
    Row{LayerKind::kTemplate, "application/vnd.ollama.image.template"},
    Row{LayerKind::kTemplate, "application/vnd.ollama.image.prompt"},
    Row{LayerKind::kSystem, "application/vnd.ollama.image.system"},
    Row{LayerKind::kParams, "application/vnd.ollama.image.params"},
    Row{LayerKind::kMessages, "application/vnd.ollama.image.messages"},
    Row{LayerKind::kLicense, "application/vnd.ollama.image.license"},
    Row{LayerKind::kTensor, "application/vnd.ollama.image.tensor"},
    Row{LayerKind::kJson, "application/vnd.ollama.image.json"},
};

}  // namespace

LayerKind layer_kind(std::string_view media_type) {
  for (const Row& row : kTypes) {
    if (row.type == media_type) return row.kind;
  }
  return LayerKind::kOther;
}

std::string_view media_type(LayerKind kind) {
  for (const Row& row : kTypes) {
    if (row.kind == kind) return row.type;
  }
  return "";
}

}  // namespace lar::store
