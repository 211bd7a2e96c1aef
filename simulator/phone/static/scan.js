// 扫一扫: what the phone's camera may be pointed at.

import { post } from "./api.js";
import { icon } from "./dom.js";
import { choice, lineForm, openSheet, tell } from "./sheet.js";

// `use` gets the text of the code that was read.
export function offerScan(state, use) {
  const choices = state.screens.map((screen) =>
    choice({
      sign: icon("screen"),
      title: state.screens.length > 1 ? `对准「${screen.title}」` : "对准会场屏",
      note: state.screens.length > 1 ? "扫屏幕上现在的码" : `扫「${screen.title ?? "会场屏"}」上现在的码`,
      act: () => readScreen(state, screen, use),
    }),
  );
  if (state.me?.card_scene) {
    choices.push(
      choice({
        sign: icon("person"),
        title: "我的身份卡",
        note: "支部发的卡片，扫了就认得是您",
        act: () => use(`scene:${state.me.card_scene}`),
      }),
    );
  }
  const paste = lineForm({
    label: "码里的内容",
    placeholder: "粘贴码里的内容",
    button: "扫",
    act: use,
  });
  openSheet("扫一扫", ...choices, paste);
}

async function readScreen(state, screen, use) {
  if (!screen.qr) {
    tell("没扫到码", "这块屏现在没有码。会场屏显示签到码时再扫。");
    return;
  }
  try {
    const { content } = await post("decode", { url: screen.qr, as: screen.as ?? state.organizer });
    await use(content);
  } catch {
    tell("没扫到码", "屏幕上现在没有能认的码。请等屏幕显示签到码，再扫一次。");
  }
}
