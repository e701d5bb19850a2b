#include "search_topk.hpp"

#include <algorithm>

#include "search_list.hpp"

namespace searchkit {

TopK::TopK(const Snapshot& snapshot, uint32_t count, Order order)
    : snapshot_(snapshot), count_(count), order_(order), threshold_(kNoMatch) {
  entries_.reserve(std::min<uint64_t>(count, snapshot.documents()) + 1);
}

int TopK::compare_keys(const Entry& left, const Entry& right) const {
  const Leaf& left_leaf = snapshot_.leaves()[left.leaf];
  const Leaf& right_leaf = snapshot_.leaves()[right.leaf];
  const uint32_t left_key = left_leaf.key(left.document);
  const uint32_t right_key = right_leaf.key(right.document);
  if (left.leaf == right.leaf || left_key == 0 || right_key == 0) {
    // Terms are numbered in the order of their texts.
    return left_key < right_key ? -1 : left_key > right_key;
  }
  return left_leaf.key_text(left_key).compare(right_leaf.key_text(right_key));
}

bool TopK::is_better(const Entry& left, const Entry& right) const {
  if (order_ == Order::kRelevance && left.score != right.score) {
    return left.score > right.score;
  }
  const uint32_t left_date = date(left), right_date = date(right);
  if (left_date != right_date) {
    // Without a date is before all others, as a number; less 1 it is behind them.
    return order_ == Order::kOldest ? left_date - 1 < right_date - 1
                                    : left_date > right_date;
  }
  if (left.score != right.score) return left.score > right.score;
  const int keys = compare_keys(left, right);
  if (keys != 0) return keys < 0;
  return left.leaf != right.leaf ? left.leaf < right.leaf
                                 : left.document < right.document;
}

void TopK::offer_able(uint32_t leaf, uint32_t document, float score) {
  const Entry entry{score, leaf, document};
  const bool is_full = entries_.size() == count_;
  if (is_full && !is_better(entry, worst())) return;
  if (is_sorted()) {
    if (!is_full) entries_.push_back(entry);
    size_t at = entries_.size() - 1;
    for (; at > 0 && is_better(entry, entries_[at - 1]); --at) {
      entries_[at] = entries_[at - 1];
    }
    entries_[at] = entry;
  } else {
    const auto better = [this](const Entry& left, const Entry& right) {
      return is_better(left, right);
    };
    if (is_full) {
      std::pop_heap(entries_.begin(), entries_.end(), better);
      entries_.back() = entry;
      std::push_heap(entries_.begin(), entries_.end(), better);
    } else {
      entries_.push_back(entry);
      if (entries_.size() == count_) {
        std::make_heap(entries_.begin(), entries_.end(), better);
      }
    }
  }
  if (entries_.size() == count_ && order_ == Order::kRelevance) {
    threshold_ = worst().score;
    is_dated_ = false;
  }
}

std::vector<Hit> TopK::take(size_t offset) {
  if (!is_sorted()) {
    std::sort(entries_.begin(), entries_.end(),
              [this](const Entry& left, const Entry& right) {
                return is_better(left, right);
              });
  }
  // Keys lie anywhere; their places are fetched all at once.
  const auto each = [&](auto visit) {
    for (size_t i = offset; i < entries_.size(); ++i) {
      visit(snapshot_.leaves()[entries_[i].leaf], entries_[i].document);
    }
  };
  each([](const Leaf& leaf, uint32_t document) { leaf.expect_key(document); });
  each([](const Leaf& leaf, uint32_t document) { leaf.expect_block(document); });
  each([](const Leaf& leaf, uint32_t document) { leaf.expect_text(document); });
  std::vector<Hit> hits;
  if (offset < entries_.size()) hits.reserve(entries_.size() - offset);
  for (size_t i = offset; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    const Leaf& leaf = snapshot_.leaves()[entry.leaf];
    hits.push_back({entry.score, entry.leaf, entry.document,
                    leaf.key_text(leaf.key(entry.document))});
  }
  entries_.clear();
  return hits;
}

}  // namespace searchkit
