// How each family's renderer is made; the definitions are in the families' own files.
#pragma once

#include <memory>

#include "chat/renderers/renderer.h"

namespace lar::chat::renderers {

std::unique_ptr<Renderer> cogito();
std::unique_ptr<Renderer> cohere();
std::unique_ptr<Renderer> deepseek31();
std::unique_ptr<Renderer> functiongemma();
std::unique_ptr<Renderer> gemma4_large();
std::unique_ptr<Renderer> gemma4_small();
std::unique_ptr<Renderer> glimmer();
std::unique_ptr<Renderer> glm47();
std::unique_ptr<Renderer> glm_ocr();
std::unique_ptr<Renderer> laguna();
std::unique_ptr<Renderer> lfm2();
std::unique_ptr<Renderer> lfm2_thinking();
std::unique_ptr<Renderer> nemotron3();
std::unique_ptr<Renderer> nemotron35();
std::unique_ptr<Renderer> olmo3();
std::unique_ptr<Renderer> olmo31();
std::unique_ptr<Renderer> olmo3_think();
std::unique_ptr<Renderer> olmo3_think_32b();
std::unique_ptr<Renderer> ornith();
std::unique_ptr<Renderer> poolside();
std::unique_ptr<Renderer> qwen3_coder();
std::unique_ptr<Renderer> qwen3_vl_instruct();
std::unique_ptr<Renderer> qwen3_vl_thinking();
std::unique_ptr<Renderer> qwen35();
std::unique_ptr<Renderer> qwen38();

}  // namespace lar::chat::renderers
