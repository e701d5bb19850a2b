#include "snippet_beginnings.hpp"

namespace searchkit {

bool WordBeginnings::add(std::string_view word) {
  const char first = word[0];
  // What folds to it is not ASCII either, and is never passed over.
  if (static_cast<unsigned char>(first) >= 0x80) return true;
  if (!is_plain_letter(first)) return false;
  const char second = word.size() > 1 ? word[1] : '\0';
  const Beginning beginning = {first, is_plain_letter(second) ? second : '\0'};
  if (std::find(beginnings_.begin(), beginnings_.end(), beginning) !=
      beginnings_.end()) {
    return true;
  }
  if (beginnings_.size() == kMost) return false;
  beginnings_.push_back(beginning);
  return true;
}

}  // namespace searchkit
