#include "search_topk.hpp"

#include <algorithm>

#include "search_list.hpp"

namespace searchkit {

TopK::TopK(const Snapshot& snapshot, uint32_t count, Order order)
    : snapshot_(snapshot), count_(count), order_(order), threshold_(kNoMatch) {
  heap_.reserve(std::min<uint64_t>(count, snapshot.documents()) + 1);
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
  const auto better = [this](const Entry& left, const Entry& right) {
    return is_better(left, right);
  };
  if (heap_.size() == count_) {
    if (!is_better(entry, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), better);
    heap_.back() = entry;
  } else {
    heap_.push_back(entry);
  }
  std::push_heap(heap_.begin(), heap_.end(), better);
  if (heap_.size() == count_ && order_ == Order::kRelevance) {
    threshold_ = heap_.front().score;
    last_date_ = date(heap_.front());
  }
}

std::vector<Hit> TopK::take(size_t offset) {
  std::sort_heap(heap_.begin(), heap_.end(),
                 [this](const Entry& left, const Entry& right) {
                   return is_better(left, right);
                 });
  // Keys lie anywhere; their places are fetched all at once.
  const auto each = [&](auto visit) {
    for (size_t i = offset; i < heap_.size(); ++i) {
      visit(snapshot_.leaves()[heap_[i].leaf], heap_[i].document);
    }
  };
  each([](const Leaf& leaf, uint32_t document) { leaf.expect_key(document); });
  each([](const Leaf& leaf, uint32_t document) { leaf.expect_block(document); });
  each([](const Leaf& leaf, uint32_t document) { leaf.expect_text(document); });
  std::vector<Hit> hits;
  for (size_t i = offset; i < heap_.size(); ++i) {
    const Entry& entry = heap_[i];
    const Leaf& leaf = snapshot_.leaves()[entry.leaf];
    hits.push_back({entry.score, entry.leaf, entry.document,
                    leaf.key_text(leaf.key(entry.document))});
  }
  heap_.clear();
  return hits;
}

}  // namespace searchkit
