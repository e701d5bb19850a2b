import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** As much of JSON as the protocol needs. */
final class Json {
    private final String text;
    private int at;

    Json(String text) {
        this.text = text;
    }

    Object value() {
        skip();
        char first = text.charAt(at);
        if (first == '"') {
            return string();
        }
        if (first == '{') {
            Map<String, Object> found = new LinkedHashMap<>();
            while (more('}')) {
                String name = (String) value();
                skip();
                at++; // the colon
                found.put(name, value());
            }
            return found;
        }
        if (first == '[') {
            List<Object> found = new ArrayList<>();
            while (more(']')) {
                found.add(value());
            }
            return found;
        }
        int start = at;
        while (at < text.length() && ",]} ".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        String word = text.substring(start, at);
        return switch (word) {
            case "true" -> Boolean.TRUE;
            case "false" -> Boolean.FALSE;
            case "null" -> null;
            default -> Double.valueOf(word);
        };
    }

    /** Steps over an opening bracket or a comma; false at the closing bracket. */
    private boolean more(char close) {
        skip();
        if (text.charAt(at) == close) {
            at++;
            return false;
        }
        at++;
        skip();
        if (text.charAt(at) == close) {
            at++;
            return false;
        }
        return true;
    }

    private String string() {
        StringBuilder found = new StringBuilder();
        for (at++; text.charAt(at) != '"'; at++) {
            char next = text.charAt(at);
            if (next != '\\') {
                found.append(next);
                continue;
            }
            char escaped = text.charAt(++at);
            switch (escaped) {
                case 'n' -> found.append('\n');
                case 't' -> found.append('\t');
                case 'r' -> found.append('\r');
                case 'b' -> found.append('\b');
                case 'f' -> found.append('\f');
                case 'u' -> {
                    String digits = text.substring(at + 1, at + 5);
                    found.append((char) Integer.parseInt(digits, 16));
                    at += 4;
                }
                default -> found.append(escaped);
            }
        }
        at++;
        return found.toString();
    }

    private void skip() {
        while (at < text.length() && text.charAt(at) == ' ') {
            at++;
        }
    }

    static String text(Object value) {
        StringBuilder told = new StringBuilder();
        write(value, told);
        return told.toString();
    }

    private static void write(Object value, StringBuilder told) {
        if (value instanceof Map<?, ?> found) {
            String mark = "{";
            for (Map.Entry<?, ?> entry : found.entrySet()) {
                told.append(mark);
                write(entry.getKey(), told);
                told.append(":");
                write(entry.getValue(), told);
                mark = ",";
            }
            told.append(found.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> found) {
            String mark = "[";
            for (Object item : found) {
                told.append(mark);
                write(item, told);
                mark = ",";
            }
            told.append(found.isEmpty() ? "[]" : "]");
        } else if (value instanceof String string) {
            told.append('"');
            for (char each : string.toCharArray()) {
                if (each == '"' || each == '\\') {
                    told.append('\\').append(each);
                } else if (each < ' ') {
                    told.append(String.format("\\u%04x", (int) each));
                } else {
                    told.append(each);
                }
            }
            told.append('"');
        } else {
            told.append(value);
        }
    }
}
